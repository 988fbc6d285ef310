using Herald.Engine.Basics;

namespace Herald.Push.WebPush;

/// <summary>How to reach the operator of a sender (RFC 8292, section 2.1).</summary>
internal sealed class VapidSubject : ISettingForm
{
    private VapidSubject() { }

    public static string Rule =>
        "An address like mailto:admin@example.com or https://example.com/contact. Its host has a dot: Apple's service refuses localhost.";

    public static bool Accepts(string text) =>
        text.Length <= 500 && text.All(c => c is not (' ' or '<' or '>')) && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeMailto && uri.UserInfo.Length > 0))
        && uri.Host.Contains('.', StringComparison.Ordinal);

    public static string Mask(string text) => text;
}
