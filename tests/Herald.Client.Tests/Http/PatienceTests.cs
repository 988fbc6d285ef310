using System.Net;
using Xunit;

namespace Herald.Client.Tests.Http;

public sealed class PatienceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_is_awaited_for_longer_than_other_answers()
    {
        using var calls = new HeldCalls();
        using var client = new HeraldClient(
            new Uri("http://127.0.0.1:1"), "the-token", around: _ => calls, certificates: null, answerWithin: TimeSpan.FromMilliseconds(20));
        var backup = client.Operations.BackupAsync("/copy", Cancel);
        var late = await Assert.ThrowsAsync<TaskCanceledException>(() => client.Topics.ListAsync(cancel: Cancel));
        Assert.IsType<TimeoutException>(late.InnerException);
        calls.Answer.SetResult("""{"directory":"/copy"}""");
        Assert.Equal("/copy", (await backup).Value?.Directory);
        Assert.Equal("Bearer the-token", calls.Authorization);
    }

    /// <summary>Answers no call before it may.</summary>
    private sealed class HeldCalls : HttpMessageHandler
    {
        public TaskCompletionSource<string> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public string? Authorization { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Authorization = request.Headers.Authorization?.ToString();
            var body = await Answer.Task.WaitAsync(cancellationToken);
            return new(HttpStatusCode.OK) { Content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")) };
        }
    }
}
