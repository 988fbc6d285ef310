using System.Collections.Frozen;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Notifications.Posts;
using Herald.Notifications.Recipients;
using Herald.Notifications.Templates;

namespace Herald.Notifications;

/// <summary>Makes the rules of posts from settings that passed <see cref="NotificationsRules"/>.</summary>
internal static class PostRulesOf
{
    /// <summary>A post of this size is always possible.</summary>
    private const int LeastPost = 8 << 10;

    /// <param name="checks">The rules of the channels for recipients.</param>
    /// <param name="maxPayloadBytes">The setting <c>intake.maxPayloadBytes</c>.</param>
    public static PostRules Settings(NotificationsOptions options, IEnumerable<IRecipientCheck> checks, int maxPayloadBytes)
    {
        var byKind = checks.ToDictionary(check => check.Kind);
        return new()
        {
            Destinations = PostNames.Destinations
                .Where(one => options.Destinations.ContainsKey(PostNames.CanonicalOf(one)))
                .ToFrozenDictionary(one => one, one => RuleOf(one, options.Destinations[PostNames.CanonicalOf(one)], byKind)),
            Templates = options.Templates.ToFrozenDictionary(one => one.Key, one => TemplateOf(one.Key, one.Value)),
            KeepsRecipients = options.Recipients,
            MaxDelay = options.MaxDelay,
            MaxPayloadBytes = maxPayloadBytes,
        };
    }

    /// <summary>What is wrong with settings as far as only other modules know it: their channels, and the bounds of events.</summary>
    public static IEnumerable<SettingProblem> Broken(NotificationsOptions options, IEnumerable<IRecipientCheck> checks, int maxPayloadBytes)
    {
        if (maxPayloadBytes < PostRules.Reserve + LeastPost)
        {
            yield return new(
                "destinations", $"Notifications need larger events. Set intake.maxPayloadBytes to {PostRules.Reserve + LeastPost} or more.")
            {
                Value = $"intake.maxPayloadBytes={maxPayloadBytes}",
            };
        }
        foreach (var check in checks)
        {
            var name = PostNames.CanonicalOf(check.Kind);
            if (!options.Destinations.TryGetValue(name, out var destination) || destination.DefaultTo is not { } to)
                continue;
            var rule = !RecipientKey.IsPersonText(to) ? check.Refuse(to)
                : RecipientKey.OfPerson(to) is null ? RecipientKey.PersonRule
                : null;
            if (rule is not null)
                yield return new($"destinations.{name}.defaultTo", rule) { Value = to };
        }
    }

    private static DestinationRule RuleOf(
        Destination destination, DestinationOptions options, Dictionary<Destination, IRecipientCheck> checks)
    {
        // A room of a chat is often a part of the provider's address. An external program can have recipients of its own.
        var needsTo = destination != Destination.Slack && !options.External && options.DefaultTo is null
            && (options.Endpoint is null || ProviderEndpoint.Of(options.Endpoint).To is null);
        return new(needsTo, options.External ? null : checks.GetValueOrDefault(destination));
    }

    private static PostTemplate TemplateOf(string name, TemplateOptions options) => PostTemplate.Parse(options).Template
        ?? throw new ArgumentException($"notifications.templates.{name} is no template.", nameof(options));
}
