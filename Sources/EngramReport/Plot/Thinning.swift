/// What keeps a figure light: it shows no more than can be seen.
enum Thinning {
  /// Points that a layer draws at most.
  static let most = 20_000

  /// One of the points that fall into one square of half a pixel; the squares are doubled until `most` are left.
  ///
  /// - Returns: The first point of each square in the order given, and the side of the squares in px;
  ///   all points and 0 where there are few.
  static func squares(_ points: [Point], most: Int = most) -> (points: [Point], side: Double) {
    guard points.count > most else { return (points, 0) }
    var side = 0.5
    while true {
      var seen = Set<SIMD2<Int32>>()
      let kept = points.filter { point in
        seen.insert(SIMD2(Int32(clamping: Int(point.x / side)), Int32(clamping: Int(point.y / side))))
          .inserted
      }
      if kept.count <= most { return (kept, side) }
      side *= 2
    }
  }

  /// A curve with ascending x reduced to what one pixel column shows: its first, lowest, highest and last point.
  static func columns(_ points: [Point], width: Double) -> [Point] {
    guard Double(points.count) > 4 * width,
      !zip(points, points.dropFirst()).contains(where: { $0.x > $1.x })
    else { return points }
    var result: [Point] = []
    var start = 0
    while start < points.count {
      var stop = start
      var lowest = start
      var highest = start
      let column = points[start].x.rounded(.down)
      while stop < points.count, points[stop].x.rounded(.down) == column {
        if points[stop].y < points[lowest].y { lowest = stop }
        if points[stop].y > points[highest].y { highest = stop }
        stop += 1
      }
      for place in Set([start, lowest, highest, stop - 1]).sorted() { result.append(points[place]) }
      start = stop
    }
    return result
  }

  /// The sentence that says what `squares` left out; nil where all was drawn.
  static func note(_ what: String, all: Int, drawn: Int, side: Double) -> String? {
    guard side > 0 else { return nil }
    let square = side == 0.5 ? "half a pixel" : "\(short(side)) px"
    return "\(decimal(Double(all), 0)) \(what): one is drawn for each square of \(square) that holds any "
      + "(\(decimal(Double(drawn), 0)))."
  }
}
