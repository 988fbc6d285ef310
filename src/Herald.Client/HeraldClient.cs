using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Herald.Client;

/// <summary>
/// Calls Herald over HTTP. An answer with any status is a <see cref="Reply"/>; a missing answer is an <see cref="HttpRequestException"/>.
/// </summary>
public sealed class HeraldClient : IDisposable
{
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");
    private static readonly MediaTypeHeaderValue NdjsonType = new("application/x-ndjson");
    private readonly HttpClient _http;

    /// <param name="around">A wrapper that observes the calls; null for none.</param>
    public HeraldClient(Uri server, string? token, Func<HttpMessageHandler, HttpMessageHandler>? around = null)
    {
        Server = server;
        HttpMessageHandler calls = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
        _http = new HttpClient(around?.Invoke(calls) ?? calls)
        {
            BaseAddress = server,
            Timeout = TimeSpan.FromSeconds(60),
        };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Uri Server { get; }

    public Task<Reply> GetAsync(string path, CancellationToken cancel) => SendAsync(HttpMethod.Get, path, null, null, cancel);

    public Task<Reply> DeleteAsync(string path, CancellationToken cancel) => SendAsync(HttpMethod.Delete, path, null, null, cancel);

    public Task<Reply> PutAsync(string path, JsonNode? body, CancellationToken cancel, string? ifMatch = null) =>
        SendAsync(HttpMethod.Put, path, Content(body), ifMatch, cancel);

    public Task<Reply> PostAsync(string path, JsonNode? body, CancellationToken cancel) =>
        SendAsync(HttpMethod.Post, path, Content(body), null, cancel);

    /// <summary>Publishes events, one JSON envelope per line.</summary>
    public Task<Reply> PublishAsync(string topic, ReadOnlyMemory<byte> ndjson, CancellationToken cancel)
    {
        var content = new ReadOnlyMemoryContent(ndjson);
        content.Headers.ContentType = NdjsonType;
        return SendAsync(HttpMethod.Post, $"/v1/topics/{Escape(topic)}/events", content, null, cancel);
    }

    /// <summary>Opens an answer that does not end by itself. The caller reads it as long as it wants, and disposes it.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancel)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    public static async Task<Reply> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var text = await response.Content.ReadAsStringAsync(cancel);
        var type = response.Content.Headers.ContentType?.MediaType;
        JsonElement? body = type is not null && type.EndsWith("json", StringComparison.Ordinal) && text.Length > 0 ? JsonText.TryParse(text) : null;
        return new((int)response.StatusCode, body, text, response.Headers.ETag?.Tag, response.Headers.RetryAfter?.Delta);
    }

    public static string Escape(string segment) => Uri.EscapeDataString(segment);

    public void Dispose() => _http.Dispose();

    private async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content, string? ifMatch, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var response = await _http.SendAsync(request, cancel);
        return await ReadAsync(response, cancel);
    }

    private static StringContent? Content(JsonNode? body) => body is null ? null : new(body.ToJsonString(), JsonType);
}
