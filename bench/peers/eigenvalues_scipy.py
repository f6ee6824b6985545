"""Leading eigenvalues with scipy.sparse.linalg.eigs. Usage: eigenvalues_scipy.py FILE COUNT NCV TOLERANCE; prints JSON."""

import json
import sys

import numpy as np
from motifs_scipy import load
from scipy.sparse.linalg import eigs

if __name__ == "__main__":
    path, count, basis, tolerance = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    matrix, _ = load(path)
    values = eigs(matrix, k=count, ncv=basis, tol=tolerance, which="LM", return_eigenvectors=False)
    values = values[np.argsort(-np.abs(values))]
    print(json.dumps({"real": values.real.tolist(), "imaginary": values.imag.tolist()}))
