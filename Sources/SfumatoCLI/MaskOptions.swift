internal import ArgumentParser
internal import SfumatoFit

/// What of a picture without alpha is the object.
struct MaskOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Pixels of this colour are background, for pictures without alpha or mask_path.",
      valueName: "R,G,B[:tolerance]"))
  var maskColor: MaskColor?
}
