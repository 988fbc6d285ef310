using Herald.Outbound;
using Herald.Push.Apns;

namespace Herald.Push.Tests.Apns;

/// <summary>The table of errors in Apple's documents.</summary>
public sealed class ApnsAnswersTests
{
    [Theory]
    [InlineData(400, "BadCollapseId", nameof(PushMeaning.MessageRefused))]
    [InlineData(400, "BadDeviceToken", nameof(PushMeaning.AddressRefused))]
    [InlineData(400, "BadExpirationDate", nameof(PushMeaning.MessageRefused))]
    [InlineData(400, "BadMessageId", nameof(PushMeaning.MessageRefused))]
    [InlineData(400, "BadPriority", nameof(PushMeaning.MessageRefused))]
    [InlineData(400, "BadTopic", nameof(PushMeaning.SenderRefused))]
    [InlineData(400, "DeviceTokenNotForTopic", nameof(PushMeaning.AddressRefused))]
    [InlineData(400, "DuplicateHeaders", nameof(PushMeaning.MessageRefused))]
    [InlineData(400, "IdleTimeout", nameof(PushMeaning.Failed))]
    [InlineData(400, "InvalidPushType", nameof(PushMeaning.SenderRefused))]
    [InlineData(400, "MissingDeviceToken", nameof(PushMeaning.AddressRefused))]
    [InlineData(400, "MissingTopic", nameof(PushMeaning.SenderRefused))]
    [InlineData(400, "PayloadEmpty", nameof(PushMeaning.MessageRefused))]
    [InlineData(400, "TopicDisallowed", nameof(PushMeaning.SenderRefused))]
    [InlineData(403, "BadCertificate", nameof(PushMeaning.SenderRefused))]
    [InlineData(403, "BadCertificateEnvironment", nameof(PushMeaning.SenderRefused))]
    [InlineData(403, "ExpiredProviderToken", nameof(PushMeaning.SenderRefused))]
    [InlineData(403, "Forbidden", nameof(PushMeaning.MessageRefused))]
    [InlineData(403, "InvalidProviderToken", nameof(PushMeaning.SenderRefused))]
    [InlineData(403, "MissingProviderToken", nameof(PushMeaning.SenderRefused))]
    [InlineData(403, "UnrelatedKeyIdInToken", nameof(PushMeaning.SenderRefused))]
    [InlineData(403, "BadEnvironmentKeyIdInToken", nameof(PushMeaning.SenderRefused))]
    [InlineData(404, "BadPath", nameof(PushMeaning.SenderRefused))]
    [InlineData(405, "MethodNotAllowed", nameof(PushMeaning.SenderRefused))]
    [InlineData(410, "ExpiredToken", nameof(PushMeaning.AddressGone))]
    [InlineData(410, "Unregistered", nameof(PushMeaning.AddressGone))]
    [InlineData(413, "PayloadTooLarge", nameof(PushMeaning.MessageRefused))]
    [InlineData(429, "TooManyProviderTokenUpdates", nameof(PushMeaning.Throttled))]
    [InlineData(429, "TooManyRequests", nameof(PushMeaning.DeviceUnready))]
    [InlineData(500, "InternalServerError", nameof(PushMeaning.Failed))]
    [InlineData(503, "ServiceUnavailable", nameof(PushMeaning.Unavailable))]
    [InlineData(503, "Shutdown", nameof(PushMeaning.Unavailable))]
    public void Each_reason_has_its_meaning(int status, string reason, string meaning) =>
        Assert.Equal(meaning, ApnsAnswers.Judge(Answer(status, $"{{\"reason\": \"{reason}\"}}")).Meaning.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("7")]
    [InlineData("{\"reason\": 7, \"timestamp\": \"x\"}")]
    [InlineData("{\"reason\": \"\\ud800\"}")]
    [InlineData("{\"timestamp\": 1e300}")]
    public void A_foreign_answer_is_judged_by_its_status(string body)
    {
        Assert.Equal(PushMeaning.AddressGone, ApnsAnswers.Judge(Answer(410, body)).Meaning);
        Assert.Equal(PushMeaning.Unavailable, ApnsAnswers.Judge(Answer(503, body)).Meaning);
        Assert.Equal(PushMeaning.Failed, ApnsAnswers.Judge(Answer(500, body)).Meaning);
        Assert.Equal(PushMeaning.Throttled, ApnsAnswers.Judge(Answer(429, body)).Meaning);
        Assert.Equal(PushMeaning.SenderRefused, ApnsAnswers.Judge(Answer(403, body)).Meaning);
        Assert.False(ApnsAnswers.IsTokenRefused(Answer(403, body)));
    }

    private static HttpAnswer Answer(int status, string body) =>
        new(status, new HttpResponseMessage().Headers, body, true, null, TimeSpan.Zero);
}
