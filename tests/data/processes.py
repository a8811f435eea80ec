"""A program that trains on batches made in processes; run by test_streams.py, apart from the threads of others."""

from tests.data.test_streams import SIZE, Broken, Failing, Numbered, X, Y, cut, model, threads

workers = {"workers": 2, "use_multiprocessing": True}
ours = model().fit(Numbered(cut(X, Y), **workers), epochs=2, shuffle=False, verbose=0).history
same = ours == model().fit(X, Y, SIZE, epochs=2, shuffle=False, verbose=0).history
try:
    model().fit(Failing(cut(X, Y), **workers), shuffle=False, verbose=0)
    error = "none"
except Broken as caught:
    error = str(caught)
print({"same": same, "error": error, "threads": len(threads())})
