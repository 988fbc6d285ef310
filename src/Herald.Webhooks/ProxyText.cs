using Herald.Engine.Basics;

namespace Herald.Webhooks;

/// <summary>The address of a proxy for webhooks.</summary>
internal sealed class ProxyText : ISettingForm
{
    private ProxyText() { }

    public static string Rule => "An http:// URL without credentials.";

    public static bool Accepts(string text) => Uri.TryCreate(text, UriKind.Absolute, out var proxy) && Accepts(proxy);

    public static bool Accepts(Uri proxy) => proxy.IsAbsoluteUri && proxy.Scheme == Uri.UriSchemeHttp && proxy.UserInfo.Length == 0;
}
