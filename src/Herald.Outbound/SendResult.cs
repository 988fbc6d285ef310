using System.Net.Http.Headers;
using Herald.Engine.Channels;

namespace Herald.Outbound;

/// <summary>What a request led to: an answer, or a failure that is already a result.</summary>
public readonly struct SendResult
{
    private readonly HttpAnswer _answer;

    internal SendResult(AttemptResult failure) => Failure = failure;

    internal SendResult(in HttpAnswer answer) => _answer = answer;

    /// <summary>The result of the attempt when no answer came; null when one came.</summary>
    public AttemptResult? Failure { get; }

    /// <summary>The endpoint may have the request: it has answered, or the failure came after the sending had begun.</summary>
    public bool MayHaveArrived => Failure is null || Failure.Stage >= AttemptStage.Send;

    /// <summary>Only without a <see cref="Failure"/>.</summary>
    public HttpAnswer Answer =>
        Failure is null ? _answer : throw new InvalidOperationException($"No answer came: {Failure.Reason}");
}

/// <summary>The answer to a request, as far as it was read.</summary>
/// <param name="Body">The beginning of the body as text. What is not UTF-8, and zero characters, are replaced.</param>
/// <param name="IsWhole">The body was read to its end. False if it was longer than allowed, broke off or took too long.</param>
/// <param name="RetryAfter">The wait that the endpoint asks for, bounded; null for none. A 2xx has none.</param>
/// <param name="Duration">From the beginning of the attempt to the end of the answer.</param>
public readonly record struct HttpAnswer(
    int Status, HttpResponseHeaders Headers, string Body, bool IsWhole, TimeSpan? RetryAfter, TimeSpan Duration)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}
