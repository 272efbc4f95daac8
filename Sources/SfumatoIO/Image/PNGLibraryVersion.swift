internal import CPNG

/// The version of libpng that is linked, such as "1.6.39"; `png_access_version_number`.
package func pngLibraryVersion() -> String {
  let number = Int(png_access_version_number())
  return "\(number / 10000).\(number / 100 % 100).\(number % 100)"
}
