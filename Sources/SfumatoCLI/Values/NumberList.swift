/// Finite numbers with commas between them, or nil where the text is anything else.
func finiteNumbers(_ text: Substring, count: Int) -> [Float]? {
  let parts = text.split(separator: ",", omittingEmptySubsequences: false)
  guard parts.count == count else { return nil }
  var numbers: [Float] = []
  for part in parts {
    guard let number = Float(part), number.isFinite else { return nil }
    numbers.append(number)
  }
  return numbers
}
