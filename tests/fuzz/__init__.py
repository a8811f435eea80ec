"""Random models, trained by oribi and by Keras, and compared.

A model is drawn from a seed as plain data (`specs.py`, by the table of layers in `rows.py`), made in both libraries and run
(`running.py`), what came out is compared (`comparing.py`), and a disagreement is made smaller (`minimising.py`).
`tests/fuzz_models.py` is the command line.
"""
