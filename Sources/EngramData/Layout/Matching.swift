import EngramKit

/// Finds for each dataset that a plugin declares the object it is read from.
///
/// What the user named comes first. Each other dataset gets, of the objects that fit (kind, axes and their lengths,
/// dimension of the unit): the one of the same name, else the only one. Labels get the cell types of the neurons
/// that another dataset of the plugin is about, where there are any. Any other optional dataset is taken by name alone: a
/// matrix of tested pairs must never be the connectivity itself.
struct Matching {
  private(set) var bindings: [Binding] = []
  private(set) var problems: [Problem] = []
  /// Length of each axis symbol, and the dataset that set it.
  private var lengths: [String: (length: Int, by: Binding)] = [:]
  private var catalogue: [String: [StoredObject]] = [:]

  init(_ reads: [Dataset], _ places: [String: Binding.Place], in file: EngramFile?) {
    for name in places.keys.sorted() where !reads.contains(where: { $0.name == name }) {
      let near = nearestName(to: name, among: reads.map(\.name))
      problems.append(
        Problem(
          "there is no dataset '\(name)' to read",
          fix: near.map { "did you mean '\($0)'?" } ?? "it reads " + reads.map(\.name).joined(separator: ", ")
        ))
    }
    // Labels last: they follow the neurons of the others. Those without a name may not take what one names.
    let order =
      reads.filter { named(places[$0.name]) } + reads.filter { !named(places[$0.name]) && $0.kind != .labels }
      + reads.filter { !named(places[$0.name]) && $0.kind == .labels }
    for declared in order { attempt(declared, places[declared.name] ?? file.map(Binding.Place.anywhere)) }
    let places = reads.map(\.name)
    let sorted = bindings.sorted {
      places.firstIndex(of: $0.declared.name) ?? 0 < places.firstIndex(of: $1.declared.name) ?? 0
    }
    bindings = sorted
  }

  private func named(_ place: Binding.Place?) -> Bool {
    switch place {
    case nil, .anywhere: false
    default: true
    }
  }

  private func object(of step: String, _ name: String, in file: EngramFile) throws -> StoredObject {
    let all = try file.objects(of: step)
    if let found = all.first(where: { $0.name == name }) { return found }
    throw Problem(
      "step '\(step)' wrote no '\(name)'", at: file.path,
      fix: "it wrote " + all.map(\.name).joined(separator: ", "))
  }

  private mutating func find(
    _ declared: Dataset, _ place: Binding.Place?
  ) throws -> (object: StoredObject, named: Bool)? {
    switch place {
    case .none?:
      guard !declared.optional else { return nil }
      throw Problem("'\(declared.name)' is needed and cannot be left out")
    case .object(let file, let text)?: return (try file.object(named: text), true)
    case .step(let file, let step, let name)?: return (try object(of: step, name, in: file), true)
    case .anywhere(let file)?:
      let all = try catalogue[file.path] ?? file.objects()
      catalogue[file.path] = all
      return try search(declared, all, file).map { ($0, false) }
    case nil:
      if declared.optional { return nil }
      throw Problem("nothing was given for '\(declared.name)'", fix: "--read \(declared.name)=PATH")
    }
  }

  private mutating func attempt(_ declared: Dataset, _ place: Binding.Place?) {
    do {
      guard let (object, named) = try find(declared, place) else { return }
      if let obstacle = Binding.obstacle(declared, object, named: named) {
        throw Problem(
          "\(obstacle), so it cannot be '\(declared.name)'", at: object.place,
          fix: "correct the file, or read another object: --read \(declared.name)=PATH")
      }
      let binding = Binding(declared: declared, object: object)
      if let conflict = conflict(binding) { throw conflict }
      for (axis, length) in zip(declared.axes, object.shape) where length >= 0 && lengths[axis] == nil {
        lengths[axis] = (length, binding)
      }
      bindings.append(binding)
    } catch let all as Problems {
      problems += all.list
    } catch {
      problems.append(problem(error, at: "'\(declared.name)'"))
    }
  }

  /// The problem that an axis of `new` has another length than another dataset gave it, both named.
  private func conflict(_ new: Binding) -> Problem? {
    var own: [String: Int] = [:]
    for (axis, length) in zip(new.declared.axes, new.object.shape) where length >= 0 && Int(axis) == nil {
      if let earlier = own[axis], earlier != length {
        return Problem(
          "'\(new.declared.name)' has two axes '\(axis)', of lengths \(earlier) and \(length)",
          at: new.object.place,
          fix: "read an object in which they agree")
      }
      own[axis] = length
      guard let known = lengths[axis], known.length != length else { continue }
      return Problem(
        "'\(new.declared.name)' has \(length) along '\(axis)', but '\(known.by.declared.name)' "
          + "(\(known.by.object.place)) has \(known.length)", at: new.object.place,
        fix: "read objects that belong together")
    }
    return nil
  }

  /// The object of a file that fits, nil where an optional dataset has none.
  private func search(_ declared: Dataset, _ all: [StoredObject], _ file: EngramFile) throws -> StoredObject?
  {
    if declared.kind == .labels, let own = try labelsOfNeurons(declared, all) { return own }
    let kind = all.filter { Binding.obstacle(declared, $0, named: $0.name == declared.name) == nil }
    var fitting = kind.filter { conflict(Binding(declared: declared, object: $0)) == nil }
    let sameName = fitting.filter { $0.name == declared.name }
    if !sameName.isEmpty {
      fitting = sameName
    } else if declared.optional, declared.kind != .labels {
      return nil
    }
    // Edges and the matrix that sums them up are one thing.
    let summed = Set(
      fitting.compactMap { object in
        if case .matrix(let matrix) = object.content { matrix.edgePopulation } else { nil }
      })
    fitting.removeAll { object in
      if case .edges(let edges) = object.content { summed.contains(edges.name) } else { false }
    }
    if fitting.count == 1 { return fitting[0] }
    if fitting.isEmpty {
      if declared.optional, kind.isEmpty || declared.kind == .labels { return nil }
      if kind.count == 1, let why = conflict(Binding(declared: declared, object: kind[0])) { throw why }
      throw nothingFits(declared, all, file)
    }
    throw Problem(
      "\(fitting.count) objects can be '\(declared.name)':\n"
        + fitting.map { "    \($0.summary)" }.joined(separator: "\n"), at: file.path,
      fix: "choose one: --read \(declared.name)=\(fitting[0].path)"
        + (declared.optional ? ", or none: --read \(declared.name)=-" : ""))
  }

  private func nothingFits(_ declared: Dataset, _ all: [StoredObject], _ file: EngramFile) -> Problem {
    let near = all.first { $0.name == declared.name || $0.kind == declared.kind }
    let why = near.flatMap { object in
      Binding.obstacle(declared, object, named: false).map { "; \(object.path) \($0)" }
    }
    return Problem(
      "holds nothing that can be '\(declared.name)' (\(declared.kind.rawValue)"
        + (declared.axes.isEmpty ? "" : " [\(declared.axes.joined(separator: ", "))]")
        + ", unit \(declared.unit))"
        + (why ?? ""), at: file.path,
      fix: "--read \(declared.name)=PATH names it; `engram inspect` lists what there is")
  }

  /// The cell types of the neurons that a dataset with the same axis is about.
  private func labelsOfNeurons(_ declared: Dataset, _ all: [StoredObject]) throws -> StoredObject? {
    let axis = declared.axes.first
    let related =
      bindings.filter { $0.declared.kind != .labels && ($0.declared.axes.first == axis || axis == nil) }
      + bindings.filter { [.connectivity, .spikes].contains($0.declared.kind) }
    for binding in related {
      let object = binding.object
      if let step = object.step {
        let own = all.filter {
          $0.step == step && $0.kind == .labels && $0.axes != nil && $0.axes?.first == object.axes?.first
            && conflict(Binding(declared: declared, object: $0)) == nil
        }
        if own.count == 1 { return own[0] }
      }
      guard let nodes = try nodes(of: object, all) else { continue }
      guard nodes.count == object.shape.first || object.shape.first == -1 else { continue }
      guard try nodes.cellTypeColumn(object.file.options.cellTypeColumn) != nil else { continue }
      return try object.file.column(nodes, nil)
    }
    return nil
  }

  /// The neurons that an object is about; the only population of the file where it names none.
  private func nodes(of object: StoredObject, _ all: [StoredObject]) throws -> NodePopulation? {
    if let name = object.population { return try object.file.nodes(name) }
    guard object.step == nil, object.kind == .connectivity else { return nil }
    let names = try object.file.nodeNames()
    return names.count == 1 ? try object.file.nodes(names[0]) : nil
  }
}
