/// Rectangles side by side in a strip, each as low as it goes.
///
/// Source: Jylänki 2010, "A Thousand Ways to Pack the Bin", section 2.6, skyline bottom-left.
enum SkylinePacking {
  /// Packs rectangles into a strip; those that come first lie lowest.
  ///
  /// - Parameters:
  ///   - sizes: widths and heights, positive, none wider than the strip.
  ///   - width: of the strip.
  /// - Returns: the lower left corner of each rectangle, and the height that all take.
  static func pack(
    _ sizes: [SIMD2<Int>], width: Int
  ) -> (places: [SIMD2<Int>], height: Int) {
    // Steps of the upper border of what is placed, from left to right: where each begins, and how high it is.
    var skyline = [SIMD2(0, 0)]
    var places: [SIMD2<Int>] = []
    var height = 0
    for size in sizes {
      var best: (place: SIMD2<Int>, step: Int)?
      for first in skyline.indices where skyline[first].x + size.x <= width {
        let end = skyline[first].x + size.x
        var top = 0
        var k = first
        while k < skyline.count, skyline[k].x < end {
          top = max(top, skyline[k].y)
          k += 1
        }
        if top < best?.place.y ?? .max { best = (SIMD2(skyline[first].x, top), first) }
      }
      guard let (place, step) = best else { preconditionFailure("a rectangle \(size.x) wide") }
      places.append(place)
      height = max(height, place.y + size.y)
      let end = place.x + size.x
      var after = step
      while after < skyline.count, skyline[after].x < end { after += 1 }
      let rest = skyline[after - 1].y
      let isEnd = end >= width || (after < skyline.count && skyline[after].x == end)
      skyline.replaceSubrange(
        step..<after,
        with: [SIMD2(place.x, place.y + size.y)] + (isEnd ? [] : [SIMD2(end, rest)]))
    }
    return (places, height)
  }
}
