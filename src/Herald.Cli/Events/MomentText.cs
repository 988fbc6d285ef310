using System.Globalization;
using System.Text.Json;
using Herald.Client;

namespace Herald.Cli.Events;

/// <summary>Times as sentences name them: in UTC, with the day when it is not today.</summary>
internal sealed class MomentText(TimeProvider time)
{
    /// <summary>To the second. Null when the field is missing.</summary>
    public string? Find(JsonElement element, string field) => Find(element, field, "HH:mm:ss");

    /// <summary>To the millisecond, to tell attempts of the same second apart. Null when the field is missing.</summary>
    public string? FindExact(JsonElement element, string field) => Find(element, field, "HH:mm:ss.fff");

    public static DateTimeOffset? Parse(JsonElement element, string field) =>
        DateTimeOffset.TryParse(
            JsonText.Find(element, field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private string? Find(JsonElement element, string field, string form) => Parse(element, field) is { } at
        ? at.UtcDateTime.ToString(IsToday(at) ? form : $"yyyy-MM-dd {form}", CultureInfo.InvariantCulture) : null;

    private bool IsToday(DateTimeOffset at) => at.UtcDateTime.Date == time.GetUtcNow().UtcDateTime.Date;
}
