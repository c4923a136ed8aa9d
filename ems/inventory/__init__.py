"""Corporate inventories: reading, totals, plausibility, measures, tables, pages."""
