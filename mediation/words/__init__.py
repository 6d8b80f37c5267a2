"""What the product says: the catalogue in three languages, dates, and the limits of what people may write."""
