"""Summaries in numbers: what a day or a week was for a team, a township, the county.

`facts` says what a report is, `sheet` reads it in two statements, `daily` and `weekly` put it
together, `store` keeps what went out, `details` lists the records behind the figures.
"""
