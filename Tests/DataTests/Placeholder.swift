import EngramData
