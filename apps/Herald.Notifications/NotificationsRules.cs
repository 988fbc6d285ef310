using Herald.Engine.Basics;
using Herald.Notifications.Templates;

namespace Herald.Notifications;

/// <summary>The rules between the settings of notifications.</summary>
internal static class NotificationsRules
{
    public static IEnumerable<SettingProblem> Broken(NotificationsOptions options) =>
        options.Destinations.SelectMany(one => OfDestination(one.Key, one.Value, options))
            .Concat(options.Limits.SelectMany(one => OfLimit(one.Key, one.Value, options)))
            .Concat(options.Templates.SelectMany(one => OfTemplate(one.Key, one.Value)))
            .Concat(OfKafka(options));

    private static IEnumerable<SettingProblem> OfDestination(string name, DestinationOptions destination, NotificationsOptions options)
    {
        var setting = $"destinations.{name}";
        if (destination.Endpoint is null && !destination.External)
        {
            yield return new(
                $"{setting}.endpoint", $"The destination needs an endpoint, or notifications.{setting}.external=true. Set one of them.")
            {
                Others = [$"{setting}.external"],
            };
        }
        if (destination.Endpoint is not null && destination.External)
        {
            yield return new(
                $"{setting}.external",
                $"Another program sends this destination, so its endpoint is not used. Remove notifications.{setting}.endpoint, or this.")
            {
                Others = [$"{setting}.endpoint"],
            };
        }
        if (destination.DefaultTo is { } to && !options.Recipients && Recipients.RecipientKey.IsPersonText(to))
        {
            yield return new(
                $"{setting}.defaultTo", "Without notifications.recipients, a recipient cannot be a person. Write an address.")
            {
                Others = ["recipients"],
            };
        }
    }

    private static IEnumerable<SettingProblem> OfLimit(string name, LimitOptions limit, NotificationsOptions options)
    {
        var setting = $"limits.{name}";
        if (limit.Most is null)
            yield return new($"{setting}.most", "A limit needs a number. Set it, or remove the limit.");
        if (!options.Destinations.ContainsKey(name))
        {
            yield return new(
                setting,
                $"There is no destination {name}, so the limit has no effect. Set notifications.destinations.{name}, or remove the limit.")
            {
                Others = ["destinations"],
            };
        }
        if (!options.Recipients)
        {
            yield return new(
                setting,
                "Without notifications.recipients, the limit has no effect. Remove the limit, or set notifications.recipients=true.")
            {
                Others = ["recipients"],
            };
        }
    }

    private static IEnumerable<SettingProblem> OfTemplate(string name, TemplateOptions template) =>
        PostTemplate.Parse(template).Problems.Select(problem => problem with { Setting = $"templates.{name}.{problem.Setting}" });

    private static IEnumerable<SettingProblem> OfKafka(NotificationsOptions options)
    {
        if (options.KafkaReceived == options.KafkaOutstanding)
        {
            yield return new(
                "kafkaOutstanding",
                "Outstanding notifications would be received as new ones. Use another topic than notifications.kafkaReceived.")
            {
                Others = ["kafkaReceived"],
            };
        }
    }
}
