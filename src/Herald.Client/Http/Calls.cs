using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Herald.Client;

/// <summary>Sends requests and reads answers, for all groups of the client.</summary>
internal sealed class Calls(HttpClient http)
{
    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? body, Precondition? only, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (only is not null)
            request.Headers.TryAddWithoutValidation(only.Header, only.Value);
        using var response = await http.SendAsync(request, cancel);
        return await ReadAsync(response, cancel);
    }

    public async Task<Reply<T>> SendAsync<T>(
        HttpMethod method, string path, HttpContent? body, Precondition? only, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        var reply = await SendAsync(method, path, body, only, cancel);
        return new(reply, () => ValueOf(reply, type));
    }

    public Task<Reply<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class => SendAsync(HttpMethod.Get, path, null, null, type, cancel);

    public Task<Reply<T>> PostAsync<T>(string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class => SendAsync(HttpMethod.Post, path, body, null, type, cancel);

    /// <summary>Opens an answer that does not end by itself.</summary>
    public async Task<Reply<EventTail>> OpenTailAsync(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        EventTail? tail = null;
        try
        {
            if (!response.IsSuccessStatusCode)
            {
                var refusal = await ReadAsync(response, cancel);
                return new(refusal, () => (null, null));
            }
            if (response.Content.Headers.ContentType?.MediaType != Content.LinesMediaType)
            {
                var other = new Reply((int)response.StatusCode, "", isJson: false, null, null);
                return new(other, () => (null, Problem.Unreadable(other, "It is not a stream of events.")));
            }
            var opened = tail = new EventTail(response, await response.Content.ReadAsStreamAsync(cancel));
            return new(new Reply((int)response.StatusCode, "", isJson: false, null, null), () => (opened, null));
        }
        finally
        {
            if (tail is null)
                response.Dispose();
        }
    }

    private static async Task<Reply> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var text = await response.Content.ReadAsStringAsync(cancel);
        var isJson = response.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.Ordinal);
        return new((int)response.StatusCode, text, isJson, response.Headers.ETag?.Tag, response.Headers.RetryAfter?.Delta);
    }

    /// <summary>The value of a successful answer. A body that is something else is a problem, although Herald has done its work.</summary>
    private static (T? Value, Problem? Problem) ValueOf<T>(Reply reply, JsonTypeInfo<T> type)
        where T : class
    {
        if (!reply.Succeeded || reply.Status == Reply.NoContent)
            return (null, null);
        if (!reply.IsJson)
            return (null, Problem.Unreadable(reply, "It is not JSON."));
        try
        {
            if (JsonSerializer.Deserialize(reply.Text, type) is { } value)
                return (value, null);
            return (null, Problem.Unreadable(reply, "It is null."));
        }
        catch (JsonException broken)
        {
            return (null, Problem.Unreadable(reply, broken.Message));
        }
    }
}
