using System.Globalization;
using System.Net.Http.Headers;

namespace Herald.Outbound;

/// <summary>Reads <c>Retry-After</c>: seconds or a date. An invalid value is ignored.</summary>
internal static class RetryAfter
{
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now, TimeSpan max)
    {
        if (!headers.NonValidated.TryGetValues("Retry-After", out var values))
            return null;
        foreach (var value in values)
        {
            if (Parse(value.Trim(), now) is { } wait)
                return wait <= TimeSpan.Zero ? null : wait < max ? wait : max;
        }
        return null;
    }

    private static TimeSpan? Parse(string value, DateTimeOffset now)
    {
        if (value.Length > 0 && value.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
        {
            // A number too large for an integer still has a clear meaning; the caller bounds it.
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : TimeSpan.MaxValue;
        }
        return RetryConditionHeaderValue.TryParse(value, out var condition) && condition.Date is { } date ? date - now : null;
    }
}
