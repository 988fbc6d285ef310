using System.Text;
using Herald.Messages;

namespace Herald.Notifications.Posts;

/// <summary>How destinations and priorities are written.</summary>
internal static class PostNames
{
    public static readonly IReadOnlyList<Destination> Destinations =
        [Destination.Email, Destination.Sms, Destination.Slack, Destination.Push];

    /// <summary>The public name.</summary>
    public static string Of(Destination destination) => destination switch
    {
        Destination.Email => "EMAIL",
        Destination.Sms => "SMS",
        Destination.Slack => "SLACK",
        Destination.Push => "PUSH",
    };

    /// <summary>The name in settings, in keys of recipients and in canonical forms.</summary>
    public static string CanonicalOf(Destination destination) => destination switch
    {
        Destination.Email => "email",
        Destination.Sms => "sms",
        Destination.Slack => "slack",
        Destination.Push => "push",
    };

    public static string Of(MessagePriority priority) => priority switch
    {
        MessagePriority.Low => "low",
        MessagePriority.Normal => "normal",
        MessagePriority.High => "high",
    };

    /// <summary>The destination of a name in any letter case; null for other texts.</summary>
    public static Destination? DestinationOf(ReadOnlySpan<byte> utf8)
    {
        foreach (var destination in Destinations)
        {
            if (Ascii.EqualsIgnoreCase(utf8, Of(destination)))
                return destination;
        }
        return null;
    }

    /// <inheritdoc cref="DestinationOf(ReadOnlySpan{byte})"/>
    public static Destination? DestinationOf(string text)
    {
        foreach (var destination in Destinations)
        {
            if (Ascii.EqualsIgnoreCase(text, Of(destination)))
                return destination;
        }
        return null;
    }
}
