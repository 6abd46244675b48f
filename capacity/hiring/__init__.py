"""How many to hire, in which role, and when: the cheapest plan of hires that holds, by search."""
