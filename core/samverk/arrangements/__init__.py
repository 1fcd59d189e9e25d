"""Who does what for whom, under which law, since when: arrangements with dated parties and legal forms.

Forms and answers about an arrangement are in `rounds`, its points in `points`.
"""
