@_exported public import SfumatoCore
@_exported public import SfumatoFit
@_exported public import SfumatoIO
@_exported public import SfumatoSolve
