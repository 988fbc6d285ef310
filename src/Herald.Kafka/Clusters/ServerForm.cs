using System.Globalization;
using Herald.Engine.Basics;

namespace Herald.Kafka.Clusters;

/// <summary>The form of a setting that is the address of a Kafka server.</summary>
public sealed class ServerForm : ISettingForm
{
    private ServerForm() { }

    public static string Rule => "HOST:PORT.";

    public static bool Accepts(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.LastIndexOf(':');
        return colon > 0 && !text.Any(c => char.IsWhiteSpace(c) || c is '/' or ',' or ';' or '=')
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and < 65_536;
    }
}
