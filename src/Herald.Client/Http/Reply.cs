using System.Text.Json;

namespace Herald.Client;

/// <summary>Herald's answer: a status, and the problem if Herald refused.</summary>
public class Reply
{
    internal const int NoContent = 204;
    private readonly Lazy<JsonElement?> _body;
    private readonly Problem? _problem;

    internal Reply(int status, string text, bool isJson, string? etag, TimeSpan? retryAfter)
    {
        (Status, Text, IsJson, ETag, RetryAfter) = (status, text, isJson, etag, retryAfter);
        _body = new Lazy<JsonElement?>(() => isJson && text.Length > 0 ? JsonText.TryParse(text) : null);
        _problem = Succeeded ? null : Problem.Of(this);
    }

    private protected Reply(Reply same)
    {
        (Status, Text, IsJson, ETag, RetryAfter) = (same.Status, same.Text, same.IsJson, same.ETag, same.RetryAfter);
        (_body, _problem) = (same._body, same._problem);
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>Herald has done what was asked.</summary>
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>Why there is no success, or why the answer cannot be read; otherwise null.</summary>
    public virtual Problem? Problem => _problem;

    /// <summary>The body as it came.</summary>
    public string Text { get; }

    /// <summary>The body as JSON, with everything that is in it; null when it is not JSON.</summary>
    public JsonElement? Body => _body.Value;

    /// <summary>The version of the object in the answer, for <see cref="Precondition.Unchanged"/>.</summary>
    public string? ETag { get; }

    /// <summary>How long to wait before asking again, if Herald said so.</summary>
    public TimeSpan? RetryAfter { get; }

    internal bool IsJson { get; }

    /// <summary>The text for people: the detail of the problem, and then one line for each field that breaks a rule.</summary>
    public IEnumerable<string> ProblemLines() => (Problem ?? Problem.Of(this)).Lines();

    /// <exception cref="HeraldException">There is a problem.</exception>
    public void ThrowIfFailed()
    {
        if (Problem is not null)
            throw new HeraldException(this);
    }
}
