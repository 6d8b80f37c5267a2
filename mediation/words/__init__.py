"""The words of the product in three languages, dates, and the types and limits of what people may write."""
