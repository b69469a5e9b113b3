using System.Text.RegularExpressions;
using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace Agent.Dashboard.Web.Components.Parts;

/// <summary>Markdown that a model wrote, as HTML that can do nothing: no raw HTML, no images (loading one tells its server), links only to the web, opened apart.
/// Citations such as <c>[survey.1#2]</c> lead to the call they name.</summary>
static partial class ReportHtml
{
    static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseTaskLists()
        .UseAutoLinks()
        .Use<Citations>()
        .Build();

    /// <param name="page">Address of the run's page; a bare fragment would lead to the site's root.</param>
    public static MarkupString Of(string markdown, string page)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            if (link.GetData(typeof(Citations)) is string callId)
            {
                link.Url = page + "#" + Anchor(callId);
                link.GetAttributes().AddClass("cite");
            }
            else
            {
                Tame(link);
            }
        }

        foreach (var link in document.Descendants<AutolinkInline>().ToList())
        {
            if (!link.IsEmail && !IsWeb(link.Url))
            {
                link.ReplaceBy(new LiteralInline(link.Url));
            }
        }

        return new MarkupString(document.ToHtml(Pipeline));
    }

    /// <summary>Id of the element that shows a call.</summary>
    public static string Anchor(string callId) => "call-" + NotForAnAnchor().Replace(callId, "-");

    static void Tame(LinkInline link)
    {
        if (!link.IsImage && IsWeb(link.Url))
        {
            link.GetAttributes().AddProperty("rel", "noopener noreferrer nofollow");
            link.GetAttributes().AddProperty("target", "_blank");
            return;
        }

        var text = new ContainerInline();
        text.AppendChild(new LiteralInline(link.IsImage ? "[image: " : ""));
        foreach (var child in link.ToList())
        {
            child.Remove();
            text.AppendChild(child);
        }

        text.AppendChild(new LiteralInline($"{(link.IsImage ? "]" : "")}{(string.IsNullOrEmpty(link.Url) ? "" : $" ({link.Url})")}"));
        link.ReplaceBy(text);
    }

    static bool IsWeb(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    [GeneratedRegex("[^a-z0-9_-]", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotForAnAnchor();

    [GeneratedRegex(@"\G\[(?<call>[a-z0-9_-]{1,32}\.\d{1,4}#\d{1,5})\](?!\()", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Citation();

    sealed class Citations : IMarkdownExtension
    {
        public void Setup(MarkdownPipelineBuilder pipeline) => pipeline.InlineParsers.Insert(0, new CitationParser());

        public void Setup(MarkdownPipeline pipeline, Markdig.Renderers.IMarkdownRenderer renderer)
        {
        }
    }

    sealed class CitationParser : InlineParser
    {
        public CitationParser() => OpeningCharacters = ['['];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            var match = Citation().Match(slice.Text, slice.Start);
            if (!match.Success)
            {
                return false;
            }

            var callId = match.Groups["call"].Value;
            var link = new LinkInline { IsClosed = true };
            link.SetData(typeof(Citations), callId);
            link.AppendChild(new LiteralInline(callId));
            processor.Inline = link;
            slice.Start += match.Length;
            return true;
        }
    }
}
