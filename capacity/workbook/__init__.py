"""Answers as Excel workbooks whose formulas lead from the inputs to the result."""
