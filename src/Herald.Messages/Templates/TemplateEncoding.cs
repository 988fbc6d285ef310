using System.Text.Encodings.Web;

namespace Herald.Messages.Templates;

/// <summary>How a value is written at the place of a template, so that no value can end its place.</summary>
/// <param name="Name">For messages about templates.</param>
/// <param name="Encode">A channel can add an encoding of its own, for example the escapes of a chat service.</param>
public sealed record TemplateEncoding(string Name, Func<string, string> Encode)
{
    /// <summary>As it is, for texts without syntax.</summary>
    public static readonly TemplateEncoding Plain = new("plain", text => text);

    /// <summary>Inside the quotes of a JSON string.</summary>
    public static readonly TemplateEncoding JsonString = new("json", JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode);

    /// <summary>A segment of a path, or a value in a query.</summary>
    public static readonly TemplateEncoding UrlPart = new("url", EncodeUrlPart);

    /// <summary>A value of an <c>application/x-www-form-urlencoded</c> body.</summary>
    public static readonly TemplateEncoding FormField =
        new("form", text => EncodeUrlPart(text).Replace("%20", "+", StringComparison.Ordinal));

    /// <summary>The value of an HTTP header. Control characters become spaces, and what is outside of ASCII becomes <c>?</c>.</summary>
    public static readonly TemplateEncoding Header = new("header", EncodeHeader);

    public static readonly TemplateEncoding Html = new("html", HtmlEncoder.Default.Encode);

    /// <summary>A path has steps such as <c>..</c>, which a client would follow.</summary>
    private static string EncodeUrlPart(string text) =>
        text is "." or ".." ? text.Replace(".", "%2E", StringComparison.Ordinal) : Uri.EscapeDataString(text);

    private static string EncodeHeader(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : char.IsAscii(c) ? c : '?'));
}
