import EngramMath
