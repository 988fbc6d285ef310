using System.Globalization;
using System.Text.Json;
using Herald.Client;

namespace Herald.Cli.Events;

/// <summary>Times as sentences name them: in UTC, to the second, with the day when it is not today.</summary>
internal sealed class MomentText(TimeProvider time)
{
    /// <summary>Null when the field is missing.</summary>
    public string? Find(JsonElement element, string field) => Parse(element, field) is { } at
        ? at.UtcDateTime.ToString(IsToday(at) ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : null;

    public static DateTimeOffset? Parse(JsonElement element, string field) =>
        DateTimeOffset.TryParse(
            JsonText.Find(element, field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private bool IsToday(DateTimeOffset at) => at.UtcDateTime.Date == time.GetUtcNow().UtcDateTime.Date;
}
