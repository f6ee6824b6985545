import EngramKit

extension H5Group {
  /// Calls `visit` with every link below this group and the group it stands in; a group that a hard link leads to is
  /// entered where `visit` returns true, and once only, so that links in a circle end.
  ///
  /// - Throws: `Problem`: a damaged group, groups nested more than 64 deep; what `visit` throws.
  public func walk(_ visit: (_ group: H5Group, _ link: H5Link) throws -> Bool) throws {
    var met: Set<UInt64> = []
    func enter(_ group: H5Group, _ depth: Int) throws {
      guard met.insert(try group.node.identity()).inserted else { return }
      guard depth <= H5WalkLimits().depth else {
        throw Problem("lies deeper than \(H5WalkLimits().depth) groups", at: group.place)
      }
      for link in try group.links() {
        guard try visit(group, link), link.kind == .hard, try group.kind(of: link.name) == .group else {
          continue
        }
        try enter(try group.group(link.name), depth + 1)
      }
    }
    try enter(self, 0)
  }

  /// The path of the entry `name` of this group, seen from `base`, which this group is or lies below.
  public func child(_ name: String, below base: H5Group) -> String {
    let inner = path.dropFirst(base.path == "/" ? 1 : base.path.count + 1)
    return inner.isEmpty ? name : "\(inner)/\(name)"
  }
}
