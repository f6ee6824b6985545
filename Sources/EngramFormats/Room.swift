import EngramKit
