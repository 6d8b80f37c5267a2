"""Everything a participant may do, one file per noun. Each act permits, writes, records and announces, in one transaction."""
