/// Adam over one array of numbers, with its variants.
///
/// Source: Kingma & Ba (2015) arXiv:1412.6980; AMSGrad: Reddi et al. (2018) arXiv:1904.09237; decoupled decay (AdamW):
/// Loshchilov & Hutter (2019) arXiv:1711.05101.
public struct Adam: Sendable, Equatable {
  /// What does not change from step to step.
  public struct Settings: Sendable, Equatable {
    public var rate: Double
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-8
    /// Added to the gradient as decay times parameter, or, decoupled, taken off the parameter as rate times decay.
    public var weightDecay = 0.0
    public var isDecoupled = false
    /// Divides by the largest second moment so far.
    public var amsgrad = false

    public init(rate: Double) { self.rate = rate }
  }

  /// First moments, second moments, and the largest second moments; each as long as the parameters.
  public var first: [Double]
  public var second: [Double]
  public var largest: [Double]
  /// Steps taken.
  public var steps: Int

  /// No steps taken, for `count` parameters.
  public init(count: Int) {
    first = Array(repeating: 0, count: count)
    second = first
    largest = first
    steps = 0
  }

  /// One step against `gradient`.
  public mutating func step(_ settings: Settings, _ gradient: [Double], _ parameters: inout [Double]) {
    precondition(gradient.count == first.count && parameters.count == first.count)
    steps += 1
    let unbias1 = 1 - pow(settings.beta1, Double(steps))
    let unbias2 = 1 - pow(settings.beta2, Double(steps))
    let coupled = settings.isDecoupled ? 0 : settings.weightDecay
    let shrink = settings.isDecoupled ? 1 - settings.rate * settings.weightDecay : 1
    for i in parameters.indices {
      let g = gradient[i] + coupled * parameters[i]
      first[i] = settings.beta1 * first[i] + (1 - settings.beta1) * g
      second[i] = settings.beta2 * second[i] + (1 - settings.beta2) * g * g
      largest[i] = max(largest[i], second[i])
      let scale = ((settings.amsgrad ? largest[i] : second[i]) / unbias2).squareRoot() + settings.epsilon
      parameters[i] = shrink * parameters[i] - settings.rate * first[i] / unbias1 / scale
    }
  }
}
