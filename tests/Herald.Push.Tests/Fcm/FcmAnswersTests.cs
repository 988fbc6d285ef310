using Herald.LocalServers.Push;
using Herald.Outbound;
using Herald.Push.Fcm;

namespace Herald.Push.Tests.Fcm;

/// <summary>The table of errors in the documents of FCM.</summary>
public sealed class FcmAnswersTests
{
    [Theory]
    [InlineData(200, null, nameof(PushMeaning.Delivered))]
    [InlineData(404, "UNREGISTERED", nameof(PushMeaning.AddressGone))]
    [InlineData(400, "INVALID_ARGUMENT", nameof(PushMeaning.MessageRefused))]
    [InlineData(403, "SENDER_ID_MISMATCH", nameof(PushMeaning.AddressRefused))]
    [InlineData(429, "QUOTA_EXCEEDED", nameof(PushMeaning.Throttled))]
    [InlineData(503, "UNAVAILABLE", nameof(PushMeaning.Unavailable))]
    [InlineData(500, "INTERNAL", nameof(PushMeaning.Failed))]
    [InlineData(401, "THIRD_PARTY_AUTH_ERROR", nameof(PushMeaning.SenderRefused))]
    [InlineData(400, null, nameof(PushMeaning.MessageRefused))]
    [InlineData(401, null, nameof(PushMeaning.SenderRefused))]
    [InlineData(403, null, nameof(PushMeaning.SenderRefused))]
    [InlineData(404, null, nameof(PushMeaning.SenderRefused))]
    [InlineData(429, null, nameof(PushMeaning.Throttled))]
    [InlineData(502, null, nameof(PushMeaning.Failed))]
    [InlineData(503, null, nameof(PushMeaning.Unavailable))]
    [InlineData(302, null, nameof(PushMeaning.Failed))]
    public void Each_error_has_its_meaning(int status, string? code, string meaning)
    {
        var body = status == 200 ? "{\"name\": \"1\"}" : FakeFcm.Error(status, "STATUS", "Some words.", code).Body;

        Assert.Equal(meaning, FcmAnswers.Judge(Answer(status, body)).Meaning.ToString());
    }

    [Theory]
    [InlineData("message.token", "Invalid", nameof(PushMeaning.AddressRefused))]
    [InlineData("message.data", "Invalid", nameof(PushMeaning.MessageRefused))]
    [InlineData(null, "The registration token is not a valid FCM registration token", nameof(PushMeaning.AddressRefused))]
    public void An_invalid_argument_is_the_address_or_the_message(string? field, string message, string meaning)
    {
        // A wrong value has no code of FCM.
        foreach (var code in new[] { "INVALID_ARGUMENT", null })
        {
            var body = FakeFcm.Error(400, "INVALID_ARGUMENT", message, code, field).Body;
            Assert.Equal(meaning, FcmAnswers.Judge(Answer(400, body)).Meaning.ToString());
        }
    }

    [Theory]
    [InlineData("project:fake-project", "Message rate exceeded", nameof(PushMeaning.Throttled))]
    [InlineData("device:abc", "Message rate exceeded", nameof(PushMeaning.DeviceUnready))]
    [InlineData("fcm", "Device message rate exceeded", nameof(PushMeaning.DeviceUnready))]
    public void A_quota_is_that_of_the_project_or_of_one_device(string subject, string description, string meaning) =>
        Assert.Equal(meaning, FcmAnswers.Judge(Answer(429, FakeFcm.OverQuota(subject, description).Body)).Meaning.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"error\": 7}")]
    [InlineData("{\"error\": {\"details\": 7, \"message\": [], \"status\": 1}}")]
    [InlineData("{\"error\": {\"details\": [7, {\"errorCode\": 1}, {\"fieldViolations\": [1]}, {\"violations\": [{\"subject\": 1}]}]}}")]
    [InlineData("{\"error\": {\"message\": \"\\ud800\"}}")]
    [InlineData("{\"error\": {\"details\": [{\"errorCode\": \"UNREGIS")]
    public void A_foreign_answer_is_judged_by_its_status(string body)
    {
        Assert.Equal(PushMeaning.Unavailable, FcmAnswers.Judge(Answer(503, body)).Meaning);
        Assert.Equal(PushMeaning.SenderRefused, FcmAnswers.Judge(Answer(404, body)).Meaning);
        Assert.True(FcmAnswers.IsTokenRefused(Answer(401, body)));
    }

    private static HttpAnswer Answer(int status, string body) =>
        new(status, new HttpResponseMessage().Headers, body, true, null, TimeSpan.Zero);
}
