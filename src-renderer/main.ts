import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import App from './App.svelte';
import { takeKey } from './transport/key.ts';

mount(App, { target: document.getElementById('app')!, props: { key: takeKey() } });
