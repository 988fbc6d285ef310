using Herald.Engine.Basics;

namespace Herald.Email.Mails;

/// <summary>The form of a host name or an IP address.</summary>
internal sealed class HostForm : ISettingForm
{
    private HostForm() { }

    public static string Rule => "A host name such as mail.example.com, or an IP address.";

    public static bool Accepts(string text) =>
        text.Length <= 253 && text.All(char.IsAscii) && Uri.CheckHostName(text) != UriHostNameType.Unknown;
}
