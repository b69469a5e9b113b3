using Agent.Dashboard.Web.Components.Parts;

namespace Agent.Dashboard.Web.Tests.Components;

public class ReportHtmlTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("text <b onclick=alert(1)>bold</b>")]
    public void Of_RawHtml_ShowsItAsText(string markdown)
    {
        var html = Html(markdown);

        html.ShouldNotContain("<script");
        html.ShouldNotContain("<img");
        html.ShouldNotContain("<b ");
        html.ShouldContain("&lt;");
    }

    [Theory]
    [InlineData("[click](javascript:alert(1))")]
    [InlineData("[click](data:text/html,x)")]
    [InlineData("[click](//evil.example/x)")]
    [InlineData("[click](/runs)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[click][1]\n\n[1]: vbscript:x")]
    public void Of_LinkThatDoesNotLeadToTheWeb_MakesNoLink(string markdown) => Html(markdown).ShouldNotContain("href");

    [Fact]
    public void Of_Image_LoadsNothingAndShowsItsAddress()
    {
        var html = Html("![chart](https://example.com/secret?q=1)");

        html.ShouldNotContain("<img");
        html.ShouldNotContain("src=");
        html.ShouldContain("[image: chart] (https://example.com/secret?q=1)");
    }

    [Fact]
    public void Of_WebLink_OpensApartAndTellsNobody()
    {
        var html = Html("[docs](https://example.com/docs)");

        html.ShouldContain("href=\"https://example.com/docs\"");
        html.ShouldContain("rel=\"noopener noreferrer nofollow\"");
    }

    [Fact]
    public void Of_Citation_LeadsToTheCall() =>
        Html("One executable [survey.1#2].").ShouldContain("<a href=\"console/runs/x#call-survey-1-2\" class=\"cite\">survey.1#2</a>");

    [Fact]
    public void Of_LinkNamedLikeACitation_IsALink() => Html("[survey.1#2](https://example.com)").ShouldContain("href=\"https://example.com\"");

    [Fact]
    public void Of_Table_IsATable() => Html("| a | b |\n|---|--:|\n| 1 | 2 |").ShouldContain("<table>");

    static string Html(string markdown) => ReportHtml.Of(markdown, "console/runs/x").Value;
}
