using Herald.Engine.Basics;

namespace Herald.Push.WebPush;

/// <summary>How to reach the operator of a sender (RFC 8292, section 2.1).</summary>
internal sealed class VapidSubject : ISettingForm
{
    private VapidSubject() { }

    public static string Rule => "An address like mailto:admin@example.com or https://example.com/contact.";

    public static bool Accepts(string text) =>
        text.Length <= 500 && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeMailto && uri.UserInfo.Length > 0 && uri.Host.Length > 0));

    public static string Mask(string text) => text;
}
