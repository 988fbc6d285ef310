using Herald.Engine.Basics;

namespace Herald.Push;

/// <summary>The address of a push service.</summary>
internal sealed class ServiceUrl : ISettingForm
{
    private ServiceUrl() { }

    public static string Rule => "An https:// URL without credentials, query and fragment. On this machine it can be http://.";

    public static bool Accepts(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && IsSafe(url) && url.Query.Length == 0;

    /// <summary>Messages and tokens are secret, so they leave this machine only over TLS.</summary>
    public static bool IsSafe(Uri url) =>
        (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url.Host.Length > 0 && url.Port > 0 && url.UserInfo.Length == 0 && url.Fragment.Length == 0;
}
