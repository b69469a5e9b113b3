// A link to something inside a closed <details> opens what is around it.
(() => {
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let around = target; around; around = around.parentElement) {
      // By a click: some are filled by the server when they are opened.
      if (around instanceof HTMLDetailsElement && !around.open) around.querySelector('summary').click();
    }
    target.scrollIntoView({ block: 'start' });
  };
  addEventListener('hashchange', reveal);
  addEventListener('load', () => setTimeout(reveal, 300));
  document.addEventListener('click', event => {
    const link = event.target.closest?.('a[href*="#"]');
    if (link && link.pathname === location.pathname) setTimeout(reveal, 50);
  });
})();
