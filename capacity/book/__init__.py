"""Accounts, from files or as representative books."""
