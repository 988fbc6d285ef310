using System.ComponentModel;
using Herald.Hosting.Wire;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Doors;

[Description("What a recipient has said.")]
internal sealed record RecipientBodyWire
{
    [Description("The addresses of a person, by destination. Only a person has them.")]
    public IReadOnlyDictionary<string, string>? Addresses { get; set; }

    [Description("A time zone like Europe/Berlin. Quiet hours need it.")]
    public string? Zone { get; set; }

    [Description("A language like de or de-AT.")]
    public string? Locale { get; set; }

    public QuietWire? Quiet { get; set; }

    [Description("By category, the destinations that the recipient wants. A category that is not here is wanted by all of them.")]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Wishes { get; set; }
}

[Description("The record of a recipient.")]
internal sealed record RecipientWire
{
    [Description("A person as user:NAME, or an address with its destination, such as email:anna@example.com.")]
    public required string Recipient { get; set; }

    [Description("The addresses of a person, by destination.")]
    public IReadOnlyDictionary<string, string>? Addresses { get; set; }
    public string? Zone { get; set; }
    public string? Locale { get; set; }
    public QuietWire? Quiet { get; set; }

    [Description("By category, the destinations that the recipient wants.")]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Wishes { get; set; }

    public static RecipientWire Of(RecipientKey key, RecipientRecord record) => new()
    {
        Recipient = key.Text,
        Addresses = record.Addresses.Count == 0 ? null : new Dictionary<string, string>(record.Addresses, StringComparer.Ordinal),
        Zone = record.Zone,
        Locale = record.Locale,
        Quiet = record.Quiet is { } quiet ? new() { From = quiet.FormatFrom(), To = quiet.FormatTo() } : null,
        Wishes = record.WishesByCategory.Count == 0 ? null : record.WishesByCategory.ToDictionary(
            one => one.Key, IReadOnlyList<string> (one) => one.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    };
}

[Description("The hours in which only high priority gets through.")]
internal sealed record QuietWire
{
    [Description("Hours and minutes, like 22:00.")]
    public required string From { get; set; }

    [Description("Hours and minutes, like 07:00.")]
    public required string To { get; set; }
}

[Description("Why nothing is sent to a recipient.")]
internal sealed record SuppressionBody
{
    [Description("opted-out, bounced, expired or complained. Default: opted-out.")]
    public string? Reason { get; set; }
}

[Description("A recipient to whom nothing is sent.")]
internal sealed record SuppressionWire
{
    [Description("A person as user:NAME, or an address with its destination, such as email:anna@example.com.")]
    public required string Recipient { get; set; }

    [Description("opted-out, bounced, expired or complained.")]
    public required string Reason { get; set; }
    public required string Since { get; set; }

    [Description("Who said so: a caller, or the channel that found out.")]
    public required string By { get; set; }

    public static SuppressionWire Of(Suppression suppression) => new()
    {
        Recipient = suppression.Recipient,
        Reason = SuppressionText.Of(suppression.Reason),
        Since = TimeText.OfUnixMs(suppression.SinceMs),
        By = suppression.By,
    };
}
