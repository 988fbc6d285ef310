using Herald.Engine.Basics;

namespace Herald.Outbound;

/// <summary>The form of a setting that is the address of an HTTP proxy.</summary>
internal sealed class ProxyForm : ISettingForm
{
    private ProxyForm() { }

    public static string Rule => "An http:// URL without credentials.";

    public static bool Accepts(string text) => Uri.TryCreate(text, UriKind.Absolute, out var proxy) && Accepts(proxy);

    public static bool Accepts(Uri proxy) => proxy.IsAbsoluteUri && proxy.Scheme == Uri.UriSchemeHttp && proxy.UserInfo.Length == 0;
}
