using System.Collections.Frozen;
using Herald.Messages;
using Herald.Messages.Reading;
using Herald.Notifications.Templates;

namespace Herald.Notifications.Posts;

/// <summary>What the settings of this server allow in posts.</summary>
internal sealed record PostRules
{
    /// <summary>
    /// The settings can add to a post, and events about it name its uuid and its recipient. So a post is this much smaller than the largest
    /// payload.
    /// </summary>
    public const int Reserve = 8 << 10;

    /// <summary>The destinations that this server sends, or hands to others.</summary>
    public required FrozenDictionary<Destination, DestinationRule> Destinations { get; init; }

    public FrozenDictionary<string, PostTemplate> Templates { get; init; } = FrozenDictionary<string, PostTemplate>.Empty;

    /// <summary>There are records of persons, so a recipient can be one.</summary>
    public bool KeepsRecipients { get; init; } = true;

    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The largest payload of an event, <c>intake.maxPayloadBytes</c>.</summary>
    public int MaxPayloadBytes { get; init; } = 1 << 20;

    /// <summary>The largest canonical form of a post.</summary>
    public int MostBytes => MaxPayloadBytes - Reserve;

    /// <summary>The largest text that a channel takes.</summary>
    public int MostTextBytes => Math.Min(MaxPayloadBytes, FieldRules.MostTextBytes);
}

/// <param name="NeedsTo">A post must have a recipient, because neither the settings nor the endpoint name one.</param>
/// <param name="Check">The rule of the channel for recipients; null when it has none.</param>
internal sealed record DestinationRule(bool NeedsTo, IRecipientCheck? Check);
