import CCairo
import EngramKit
import Foundation

/// Paints a drawing through Cairo: PNG and PDF, and the PNG of a bitmap.
///
/// The bytes depend on the drawing, the theme and the installed fonts alone: dates are fixed.
struct CairoCanvas {
  private let context: OpaquePointer
  private let theme: Theme

  /// The drawing as a PNG with `scale` pixels for each px.
  static func png(_ drawing: Drawing, _ theme: Theme, scale: Double = 2) throws -> Data {
    let width = Int32((drawing.width * scale).rounded(.up))
    let height = Int32((drawing.height * scale).rounded(.up))
    let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)
    defer { cairo_surface_destroy(surface) }
    let context = cairo_create(surface)
    defer { cairo_destroy(context) }
    guard let context, cairo_status(context) == CAIRO_STATUS_SUCCESS else {
      throw Problem("a picture of \(width) by \(height) pixels cannot be made")
    }
    cairo_scale(context, scale, scale)
    CairoCanvas(context: context, theme: theme).paint(drawing)
    return try collect { cairo_surface_write_to_png_stream(surface, $0, $1) }
  }

  /// The drawing as one page of PDF, 0.75 pt for each px.
  static func pdf(_ drawing: Drawing, _ theme: Theme, title: String) throws -> Data {
    try collect { write, closure in
      let surface = cairo_pdf_surface_create_for_stream(
        write, closure, drawing.width * 0.75, drawing.height * 0.75)
      defer { cairo_surface_destroy(surface) }
      // A fixed date: equal input gives equal bytes. Cairo would write the time of day.
      cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
      cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
      guard let context = cairo_create(surface) else { return CAIRO_STATUS_NO_MEMORY }
      cairo_scale(context, 0.75, 0.75)
      CairoCanvas(context: context, theme: theme).paint(drawing)
      cairo_destroy(context)
      cairo_surface_finish(surface)
      return cairo_surface_status(surface)
    }
  }

  /// A bitmap as PNG; empty when it has no pixels.
  static func encoded(_ bitmap: Bitmap) throws -> Data {
    guard let surface = surface(bitmap) else { return Data() }
    defer { cairo_surface_destroy(surface) }
    return try collect { cairo_surface_write_to_png_stream(surface, $0, $1) }
  }

  private typealias Write = cairo_write_func_t

  private final class Bytes { var data = Data() }

  /// The bytes that a Cairo writer hands to its callback.
  private static func collect(
    _ body: (Write, UnsafeMutableRawPointer) -> cairo_status_t
  ) throws -> Data {
    let bytes = Bytes()
    // The object outlives the call, so an unretained reference is enough.
    let status = withExtendedLifetime(bytes) {
      body(
        { closure, start, length in
          guard let closure, let start else { return CAIRO_STATUS_WRITE_ERROR }
          let bytes = Unmanaged<Bytes>.fromOpaque(closure).takeUnretainedValue()
          bytes.data.append(start, count: Int(length))
          return CAIRO_STATUS_SUCCESS
        }, Unmanaged.passUnretained(bytes).toOpaque())
    }
    guard status == CAIRO_STATUS_SUCCESS else {
      throw Problem("a figure cannot be drawn: \(String(cString: cairo_status_to_string(status)))")
    }
    return bytes.data
  }

  private static func surface(_ bitmap: Bitmap) -> OpaquePointer? {
    guard bitmap.width > 0, bitmap.height > 0 else { return nil }
    let surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(bitmap.width), Int32(bitmap.height))
    guard let bytes = cairo_image_surface_get_data(surface) else {
      cairo_surface_destroy(surface)
      return nil
    }
    let stride = Int(cairo_image_surface_get_stride(surface))
    for y in 0..<bitmap.height {
      // Row y begins `stride` bytes after the one above and holds `width` pixels of four bytes.
      let row = UnsafeMutableRawPointer(bytes + y * stride)
      for x in 0..<bitmap.width {
        row.storeBytes(of: bitmap.pixels[y * bitmap.width + x], toByteOffset: 4 * x, as: UInt32.self)
      }
    }
    cairo_surface_mark_dirty(surface)
    return surface
  }

  private func paint(_ drawing: Drawing) {
    use(Paint(.surface))
    cairo_paint(context)
    for mark in drawing.marks { paint(mark) }
  }

  private func use(_ paint: Paint) {
    let colour = theme.colour(paint.ink)
    cairo_set_source_rgba(
      context, Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255, paint.opacity)
  }

  private func paint(_ mark: Mark) {
    switch mark {
    case .path(let outlines, let fill, let stroke):
      trace(outlines)
      if let fill {
        use(fill)
        cairo_fill_preserve(context)
      }
      if let stroke { draw(stroke) }
      cairo_new_path(context)
    case .dots(let points, let diameter, let paint):
      for point in points {
        cairo_move_to(context, point.x, point.y)
        cairo_close_path(context)
      }
      draw(Stroke(paint.ink, width: diameter, opacity: paint.opacity, round: true))
      cairo_new_path(context)
    case .text(let text): set(text)
    case .image(let bitmap, let box, let smooth): lay(bitmap, box, smooth)
    case .clipped(let box, let marks):
      cairo_save(context)
      cairo_rectangle(context, box.x, box.y, box.width, box.height)
      cairo_clip(context)
      for mark in marks { paint(mark) }
      cairo_restore(context)
    }
  }

  private func trace(_ outlines: [Outline]) {
    for outline in outlines {
      for (place, point) in outline.points.enumerated() {
        if place == 0 {
          cairo_move_to(context, point.x, point.y)
        } else {
          cairo_line_to(context, point.x, point.y)
        }
      }
      if outline.closed { cairo_close_path(context) }
    }
  }

  private func draw(_ stroke: Stroke) {
    use(stroke.paint)
    cairo_set_line_width(context, stroke.width)
    cairo_set_dash(context, stroke.dash, Int32(stroke.dash.count), 0)
    cairo_set_line_cap(context, stroke.round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
    cairo_set_line_join(context, stroke.round ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER)
    cairo_stroke_preserve(context)
  }

  private func set(_ text: Text) {
    cairo_select_font_face(
      context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
      text.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(context, text.size)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text.string, &extents)
    let shift =
      switch text.anchor {
      case .start: 0.0
      case .middle: extents.x_advance / 2
      case .end: extents.x_advance
      }
    use(Paint(text.ink))
    cairo_save(context)
    cairo_translate(context, text.at.x, text.at.y)
    cairo_rotate(context, text.turn * .pi / 180)
    cairo_move_to(context, -shift, 0)
    cairo_show_text(context, text.string)
    cairo_restore(context)
    cairo_new_path(context)
  }

  private func lay(_ bitmap: Bitmap, _ box: Box, _ smooth: Bool) {
    guard let image = Self.surface(bitmap) else { return }
    defer { cairo_surface_destroy(image) }
    cairo_save(context)
    cairo_rectangle(context, box.x, box.y, box.width, box.height)
    cairo_clip(context)
    cairo_translate(context, box.x, box.y)
    cairo_scale(context, box.width / Double(bitmap.width), box.height / Double(bitmap.height))
    cairo_set_source_surface(context, image, 0, 0)
    let pattern = cairo_get_source(context)
    cairo_pattern_set_filter(pattern, smooth ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST)
    // Beyond the edge the last pixel goes on: no pale rim around an enlarged picture.
    cairo_pattern_set_extend(pattern, CAIRO_EXTEND_PAD)
    cairo_paint(context)
    cairo_restore(context)
  }
}
