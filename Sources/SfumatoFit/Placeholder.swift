internal import SfumatoCore
