/// Alphas of the golden file's Gaussian Aczel-Alsina cases with p = 1/2, where the file itself is not right to 1e-9.
///
/// The generator is the root of -log(1 - D). The file's arithmetic rounds 1 - D to 1e-16, whose root is 1e-8: alpha moves by up to
/// 4.6e-9 where faces hardly reach. These are the pixels that it moves by more than 1e-9, worked out from the file's faces in
/// arithmetic of 50 digits; at every other pixel of every other case of the same conorm 50 digits agree with the file to 1e-9.
enum ExactAlpha {
  /// A pixel of a scene.
  struct Place: Hashable {
    var scene: String
    var row: Int
    var column: Int
  }

  /// Alpha by pixel.
  static let gaussianRooted: [Place: Double] = {
    var all: [Place: Double] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      all[Place(scene: String(words[0]), row: Int(words[1]) ?? -1, column: Int(words[2]) ?? -1)] =
        Double(words[3]) ?? .nan
    }
    return all
  }()

  /// Scene, row, column, alpha.
  private static let text = """
    soup12 3 6 0.024411397943483856
    soup12 3 9 0.095572363316669434
    soup12 3 15 0.035005008660681861
    soup12 4 7 0.49710881857436763
    soup12 4 8 0.51818361248384506
    soup12 4 11 0.30595354640720132
    soup12 5 12 0.85442708479536482
    soup12 5 13 0.77313158172933616
    soup12 6 4 0.79107180771201848
    soup12 6 8 0.67801225603642362
    soup12 6 13 0.42956544361196553
    soup12 7 0 0.68937943110799109
    soup12 7 8 0.88584014926391429
    soup12 7 12 0.81030609361065196
    soup12 7 13 0.50413596346312873
    soup12 7 14 0.045393348730837574
    soup12 8 9 0.53380114489191987
    soup12 8 13 0.60565735211571242
    soup12 10 1 0.035502278757944475
    soup12 11 12 0.22503515528810537
    soup12 12 6 0.87075913760612525
    soup12 12 9 0.91278278713611983
    soup12 12 11 0.24169343926504757
    soup12 13 10 0.35878286691581161
    soup12 14 5 0.042093233720005205
    soup12 14 7 0.44797513936561536
    soup12 15 8 0.38753450645533513
    slivers 6 14 0.1673569651895357
    tiny 6 2 0.22890121162800219
    tiny 8 5 0.38522969910954233
    tiny 8 13 0.10027881293733419
    tiny 10 6 0.016649784608537779
    tiny 11 6 0.24091495896324426
    """
}
